import type { PythonIndexes } from '../../../core/releases/python-indexes.ts';

const unasked = async (): Promise<never> => {
  throw new TypeError('an allowlist without PyPI entries asks no index');
};

/** For plans of conda packages alone. */
export const noPythonIndexes: PythonIndexes = { files: unasked, wheel: unasked, sdist: unasked };
