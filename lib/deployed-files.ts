import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CustomResource, Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { parseAllowlist } from '../core/documents/allowlist/parse-allowlist.ts';
import { allowlistKey, patchKey } from '../core/layout/keys.ts';
import { parsePatchFileName } from '../core/layout/patch-file-name.ts';
import type { Settings } from './settings.ts';

export interface RepositoryFiles {
  /** The path of allowlist.json. */
  readonly allowlist: string;
  /** The path of a folder of `<subdir>.json`, which may be absent. */
  readonly patches: string;
}

/**
 * The repository's files under the keys where the pipeline reads them, written whenever their bytes change:
 * a change to the allowlist that is deployed starts a sync at once.
 *
 * @throws when the allowlist is missing: an empty channel is never deployed by mistake
 */
export function deployFiles(scope: Construct, files: RepositoryFiles, deployer: lambda.Function): void {
  if (!existsSync(files.allowlist)) throw new Error(`there is no allowlist at ${files.allowlist}`);
  const found = [{ path: files.allowlist, key: allowlistKey }, ...patchFiles(files.patches)];
  const assets = found.map(({ path, key }) => ({ key, asset: new Asset(scope, `File ${key}`, { path }) }));
  deployer.addToRolePolicy(
    new iam.PolicyStatement({
      sid: 'ReadAssets',
      actions: ['s3:GetObject'],
      resources: assets.map(({ asset }) => asset.bucket.arnForObjects(asset.s3ObjectKey)),
    }),
  );
  new CustomResource(scope, 'Files', {
    resourceType: 'Custom::GatehouseFiles',
    serviceToken: deployer.functionArn,
    // Three invocations of two minutes and Lambda's waits between; CloudFormation's own patience is an hour.
    serviceTimeout: Duration.minutes(10),
    properties: {
      // A changed file has another key, for its hash is its name, and so is deployed anew.
      files: assets.map(({ key, asset }) => ({ bucket: asset.s3BucketName, key: asset.s3ObjectKey, target: key })),
    },
  });
}

/**
 * What would fail as each package is made. An allowlist that cannot be read is told of by the pipeline, which keeps the
 * channel as it is meanwhile.
 *
 * @throws when the allowlist asks for `.tar.bz2` and the functions cannot compress
 */
export function expectBzip2(path: string, { bz2 }: Pick<Settings, 'bz2'>): void {
  if (bz2 || !existsSync(path)) return;
  const parsed = parseAllowlist(readFileSync(path), path);
  if (!parsed.ok || parsed.allowlist.packageFormat === '.conda') return;
  throw new Error(`${path} says "packageFormat": ".tar.bz2", which takes compressjs (GPL-2.0): deploy with -c bz2=on`);
}

function patchFiles(folder: string): { path: string; key: string }[] {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.flatMap((name) => {
    const parsed = parsePatchFileName(name);
    if (parsed.status === 'hidden') return [];
    if (parsed.status === 'subdir') return [{ path: join(folder, name), key: patchKey(parsed.subdir) }];
    const hint = parsed.hint === null ? '' : `: ${parsed.hint}`;
    throw new Error(`${folder}/${name} is not named for a subdir${hint}`);
  });
}
