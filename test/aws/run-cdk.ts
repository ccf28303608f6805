import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

const cdk = join(createRequire(import.meta.url).resolve('aws-cdk/package.json'), '../bin/cdk');
const root = resolve(import.meta.dirname, '../..');

/** `cdk` with these arguments; gives what it printed. */
export type Cdk = (...args: readonly string[]) => Promise<string>;

/** Milliseconds; CloudFormation waits for an hour on a custom resource that never answers. */
const limit = 600_000;

/**
 * The CDK's command line on the app beside this file. It has a home of its own: it keeps account ids by access key
 * there, and those of emulators are alike.
 *
 * @param folder where it may write
 * @returns what it printed
 * @throws Error with what it printed
 */
export function runCdk(folder: string, args: readonly string[]): Promise<string> {
  const places = ['--app', 'node test/aws/app.ts', '--output', join(folder, 'cdk.out')];
  const said = ['--ci', '--no-color', '--no-notices'];
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`;
  const env = { ...configuration(), ...process.env, PATH, HOME: folder, CDK_DISABLE_CLI_TELEMETRY: 'true' };
  return new Promise((done, fail) => {
    const options = { cwd: root, env, timeout: limit, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [cdk, ...args, ...places, ...said], options, (error, stdout, stderr) => {
      const printed = `${stdout}${stderr}`;
      if (error === null) done(printed);
      else fail(new Error(`cdk ${args.join(' ')}: ${error.signal ?? error.code}\n${printed}`, { cause: error }));
    });
  });
}

/** Who has profiles has them at home. */
const configuration = () => ({
  AWS_CONFIG_FILE: join(homedir(), '.aws/config'),
  AWS_SHARED_CREDENTIALS_FILE: join(homedir(), '.aws/credentials'),
});
