import { runPython } from '../machine/run-python.ts';

/**
 * What a Python expression about `it` comes to for each of these values, with all of `packaging` in scope; null where
 * `packaging` refuses the value.
 */
export function packagingSays(expression: string, values: readonly unknown[], setUp = ''): unknown[] {
  const script = `
import json, sys
from packaging import markers, requirements, specifiers, tags, utils, version
from packaging.specifiers import SpecifierSet
from packaging.version import Version
refusals = (
    version.InvalidVersion, specifiers.InvalidSpecifier, requirements.InvalidRequirement, markers.InvalidMarker,
    markers.UndefinedComparison, markers.UndefinedEnvironmentName, utils.InvalidWheelFilename, utils.InvalidName,
    utils.InvalidSdistFilename,
)
${setUp}
for line in sys.stdin:
    it = json.loads(line)
    try:
        print(json.dumps(${expression}))
    except refusals:
        print('null')
`;
  return runPython(script, values).map((line) => JSON.parse(line));
}
