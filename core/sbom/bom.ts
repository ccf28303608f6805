import { canonicalJson, compareCodePoints } from '../json/json.ts';
import { sha256Of } from '../names/digest.ts';
import type { Component } from './component.ts';

/** What a component needs of the others: their `bom-ref`s. */
export interface Dependency {
  readonly ref: string;
  readonly dependsOn: readonly string[];
}

/** What the bill is of, among its components. */
export const subjectRef = 'gatehouse';

interface BomParts {
  /** What the bill is of. */
  readonly subject: { readonly type: string; readonly name: string };
  readonly components: readonly Component[];
  /** Null where what is listed is no environment: which of several builds a package takes is decided at installation. */
  readonly dependencies: readonly Dependency[] | null;
  /** Gatehouse's version. */
  readonly madeBy: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * A bill of materials, CycloneDX 1.6: https://cyclonedx.org/docs/1.6/json/. The same content has the same serial number,
 * and with the clock fixed (`SOURCE_DATE_EPOCH`) the same bytes.
 */
export function bomOf({ subject, components, dependencies, madeBy, now }: BomParts) {
  const sorted = [...components].sort((a, b) => compareCodePoints(a['bom-ref'], b['bom-ref']));
  const root = { ...subject, 'bom-ref': subjectRef };
  const content = { root, components: sorted, dependencies };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(canonicalJson(content))}`,
    version: 1,
    metadata: {
      timestamp: new Date(now).toISOString(),
      tools: { components: [{ type: 'application', name: 'gatehouse', version: madeBy }] },
      component: root,
    },
    components: sorted,
    ...(dependencies !== null && { dependencies: [...dependencies].sort((a, b) => compareCodePoints(a.ref, b.ref)) }),
  };
}

/** A UUID made of content: version 8 of RFC 9562. */
function uuidOf(content: string): string {
  const hex = sha256Of(content);
  const [a, b, c, d, e] = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(13, 16), hex.slice(17, 20), hex.slice(20, 32)];
  return `${a}-${b}-8${c}-a${d}-${e}`;
}
