import { z } from 'zod';
import { parseInfoJson } from './index-json.ts';

const entrySchema = z.looseObject({
  _path: z.string(),
  path_type: z.string().nullish(),
  sha256: z.string().nullish(),
  size_in_bytes: z.number().nullish(),
  prefix_placeholder: z.string().nullish(),
  file_mode: z.string().nullish(),
});
const pathsSchema = z.looseObject({ paths: z.array(entrySchema) });

/** A row of `info/paths.json` (CEP 34). */
export type PathsEntry = z.infer<typeof entrySchema>;

/**
 * The rows of `info/paths.json`, in their order.
 *
 * @throws GatehouseError `package.refused` with `B7.json`
 */
export const parsePathsJson = (text: string, what: string): readonly PathsEntry[] =>
  parseInfoJson(text, pathsSchema, what).paths;
