import {
  type ExtraName,
  extraNameSchema,
  type ProjectName,
  projectNameSchema,
} from '../../../core/names/project-name.ts';
import { parseWheelFileName, type WheelFileName } from '../../../core/names/wheel-file-name.ts';

/** The project that a text names; throws where it names none. */
export const projectOf = (text: string): ProjectName => projectNameSchema.parse(text);

/** A wheel by its file name; throws where that is none. */
export function wheelOf(fileName: string): WheelFileName {
  const read = parseWheelFileName(fileName);
  if (!read.ok) throw new Error(`${fileName} ${read.message}`);
  return read.wheel;
}

/** The extra that a text names; throws where it names none. */
export const extraOf = (text: string): ExtraName => extraNameSchema.parse(text);
