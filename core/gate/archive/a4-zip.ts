import { findingCheck } from '../contents/finding-check.ts';

/**
 * A ZIP reads the same from its start, by local headers, and from its end, by the directory (PyPI's rules, warehouse
 * `utils/zipfiles.py`). The reader refuses all else. A data descriptor that says what the directory says is sound.
 */
export const a4Zip = findingCheck('A4', {});
