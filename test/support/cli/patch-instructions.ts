import { instructionsSchema, type PatchInstructions } from '../../../core/documents/patches/patch-file.ts';
import { parseJson } from '../../../core/json/json.ts';

/**
 * Patch instructions from their text, without the places that `readPatchFile` tells.
 *
 * @param what names the file in errors
 * @throws GatehouseError `json.invalid`
 */
export function parsePatchInstructions(text: string, what: string): PatchInstructions {
  return parseJson(text, instructionsSchema, what);
}
