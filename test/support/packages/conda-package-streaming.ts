import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { runPython } from '../machine/run-python.ts';

const lineSchema = z.object({ path: z.string(), index: z.record(z.string(), z.unknown()), members: z.number() });
export type CondaPackageFacts = z.infer<typeof lineSchema>;

const script = `
import json, sys
from conda_package_streaming import package_streaming as cps
for line in sys.stdin:
    path = json.loads(line)
    index, members = None, 0
    components = ('info', 'pkg') if path.endswith('.conda') else ('pkg',)
    for component in components:
        for tar, member in cps.stream_conda_component(path, component=component):
            members += 1
            if member.name == 'info/index.json' and component == components[0]:
                index = json.load(tar.extractfile(member))
    print(json.dumps({'path': path, 'index': index, 'members': members}))
`;

/**
 * What conda's own reader (conda-package-streaming) finds in each package: its `info/index.json` and
 * how many members its tarballs hold.
 */
export function condaPackageFacts(paths: readonly string[]): Map<string, CondaPackageFacts> {
  const facts = runPython(script, paths).map((line) => parseJson(line, lineSchema, 'a line of the oracle'));
  return new Map(facts.map((fact) => [fact.path, fact]));
}
