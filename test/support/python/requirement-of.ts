import type { Marker } from '../../../core/names/requirement/marker.ts';
import { type MarkerEnvironment, markerEnvironment } from '../../../core/names/requirement/marker-environment.ts';
import { parseMarker } from '../../../core/names/requirement/parse-marker.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';

/** The marker that a text is; throws where it is none. */
export function markerOf(text: string): Marker {
  const read = parseMarker(text);
  if (!read.ok) throw new Error(`${text}: ${read.message}`);
  return read.marker;
}

/** The environment of a subdir's machines and a Python; throws where none is known. */
export function environmentOf(subdir: string, python: string): MarkerEnvironment {
  const environment = markerEnvironment(subdirSchema.parse(subdir), python);
  if (environment === null) throw new Error(`no environment: ${subdir}, Python ${python}`);
  return environment;
}
