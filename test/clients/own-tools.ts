import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PipUser } from './pip-client.ts';

/** A tool of the organisation's own, as its author has it. */
export interface OwnTool {
  /** As the author spells it. */
  readonly name: string;
  readonly version: string;
  readonly backend: keyof typeof backends;
  /** Of PEP 508. */
  readonly dependencies?: readonly string[];
}

/** What a backend is told beside `[project]`: the package, a text in it, and a file of `data` that goes into the prefix. */
const backends = {
  setuptools: (module: string) => `
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[tool.setuptools]
packages = ["${module}"]
package-data = { ${module} = ["*.txt"] }
data-files = { "share/${module}" = ["data/share/${module}/example.txt"] }
`,
  hatchling: (module: string) => `
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.hatch.build.targets.wheel]
packages = ["${module}"]

[tool.hatch.build.targets.wheel.shared-data]
"data/share" = "share"
`,
  flit: (module: string) => `
[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"

[tool.flit.module]
name = "${module}"

[tool.flit.external-data]
directory = "data"
`,
} as const;

/** The name that the tool's module and its command have. */
export const moduleOf = ({ name }: OwnTool): string => name.toLowerCase().replaceAll(/[-.]/g, '_');

/** What its command says where all of it was installed. */
export const saidBy = ({ name, version }: OwnTool): string => `${name} ${version}: a text, an example\n`;

/** Writes a tool's sources to a folder of the user's home. */
export async function writeSource(user: PipUser, tool: OwnTool, folder: string): Promise<void> {
  for (const [path, text] of Object.entries(sourceOf(tool))) {
    const at = join(user.home, folder, path);
    await mkdir(dirname(at), { recursive: true });
    await writeFile(at, text);
  }
}

/** Has the real `build` make a wheel and a source distribution of each tool in `dist`, with the backends that are installed. */
export async function buildTools(user: PipUser, tools: readonly OwnTool[]): Promise<void> {
  for (const tool of tools) {
    const source = join('src', moduleOf(tool));
    await writeSource(user, tool, source);
    const { status, said } = await user.run(['pyproject-build', '--no-isolation', '--outdir', 'dist', source]);
    if (status !== 0) throw new Error(said);
  }
}

function sourceOf(tool: OwnTool): Record<string, string> {
  const { name, version, backend, dependencies = [] } = tool;
  const module = moduleOf(tool);
  return {
    'pyproject.toml': `[project]
name = "${name}"
version = "${version}"
description = "A tool of our own"
requires-python = ">=3.9"
dependencies = ${JSON.stringify(dependencies)}

[project.scripts]
${module} = "${module}:main"
${backends[backend](module)}`,
    [`${module}/__init__.py`]: `"""A tool of our own."""
import pathlib, sys

def main():
    text = pathlib.Path(__file__).with_name("text.txt").read_text()
    example = pathlib.Path(sys.prefix, "share", "${module}", "example.txt").read_text()
    print(f"${name} ${version}: {text}, {example}")
`,
    [`${module}/text.txt`]: 'a text',
    [`data/share/${module}/example.txt`]: 'an example',
  };
}
