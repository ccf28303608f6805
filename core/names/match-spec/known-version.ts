import { rememberTexts } from '../remember-texts.ts';
import { parseVersion, type Version } from '../version/version.ts';

/** A version's text parsed once; null when it is none (CEP 33). A name's builds, and names that are released together, share theirs. */
export const knownVersion: (text: string) => Version | null = rememberTexts(parseVersion);
