import { contentsCheck } from '../contents/contents-check.ts';

/** The ZIP of a wheel, by the rules of A4, and only stored or deflated: the reader refuses all else. */
export const f1Zip = contentsCheck({ id: 'F1', version: 1, find: () => [] });
