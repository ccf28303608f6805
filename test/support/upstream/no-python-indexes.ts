import type { NameEvidence } from '../../../core/releases/name-evidence.ts';
import type { PythonIndexes } from '../../../core/releases/python-indexes.ts';

const unasked = async (): Promise<never> => {
  throw new TypeError('an allowlist without PyPI entries asks no index');
};

/** For plans of conda packages alone. */
export const noPythonIndexes: PythonIndexes = { files: unasked, wheel: unasked, sdist: unasked };
export const noNameEvidence: NameEvidence = { mapped: unasked, carried: unasked, keep: async () => {} };
