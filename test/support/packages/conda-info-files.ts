import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { runPython } from '../machine/run-python.ts';

const lineSchema = z.object({ filename: z.string(), files: z.record(z.string(), z.unknown()) });

const script = `
import json, os, sys
from conda_package_streaming import package_streaming as cps
for line in sys.stdin:
    path = json.loads(line)
    files = {}
    with open(path, 'rb') as handle:
        for tar, member in cps.stream_conda_info(path, handle):
            if member.name in ('info/index.json', 'info/about.json', 'info/run_exports.json'):
                files[member.name] = json.load(tar.extractfile(member))
    print(json.dumps({'filename': os.path.basename(path), 'files': files}))
`;

/** The JSON files of each package's `info/` as conda's own reader (conda-package-streaming) finds them. */
export function condaInfoFiles(paths: readonly string[]): z.infer<typeof lineSchema>[] {
  return runPython(script, paths).map((line) => parseJson(line, lineSchema, 'a line of the oracle'));
}
