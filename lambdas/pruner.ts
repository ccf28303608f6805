import type { Handler } from './invocation.ts';

/** Deletes nothing: the step that would is still to come. */
export const handler: Handler<{ readonly deleted: number }> = async () => ({ deleted: 0 });
