import { CustomResource, Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct, IDependable } from 'constructs';
import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { GatehouseError } from '../../core/problems/error.ts';
import { type Repository, shownPath } from '../settings/repository-files.ts';
import type { Settings } from '../settings/settings.ts';

/**
 * The repository's files under the keys where the pipeline reads them, written whenever their bytes change: a change to the
 * allowlist that is deployed starts a sync at once. They are written last: a deployment that fails before leaves an empty
 * bucket, which goes with it, and no sync starts in a stack that is half there.
 */
export function deployFiles(scope: Construct, files: Repository['files'], deployer: lambda.Function): IDependable {
  const others = scope.node.children;
  const assets = files.map(({ path, key }) => ({ key, asset: new Asset(scope, `File ${key}`, { path }) }));
  deployer.addToRolePolicy(
    new iam.PolicyStatement({
      sid: 'ReadAssets',
      actions: ['s3:GetObject'],
      resources: assets.map(({ asset }) => asset.bucket.arnForObjects(asset.s3ObjectKey)),
    }),
  );
  const resource = new CustomResource(scope, 'Files', {
    resourceType: 'Custom::GatehouseFiles',
    serviceToken: deployer.functionArn,
    // Three invocations of two minutes and Lambda's waits between; CloudFormation's own patience is an hour.
    serviceTimeout: Duration.minutes(10),
    properties: {
      // A changed file has another key, for its hash is its name, and so is deployed anew.
      files: assets.map(({ key, asset }) => ({ bucket: asset.s3BucketName, key: asset.s3ObjectKey, target: key })),
    },
  });
  resource.node.addDependency(...others);
  return resource;
}

/**
 * What would fail as each package is made.
 *
 * @param path of the allowlist
 * @throws GatehouseError `usage.invalid` when the allowlist asks for `.tar.bz2` and the functions cannot compress
 */
export function expectBzip2({ packageFormat }: Allowlist, path: string, { bz2 }: Pick<Settings, 'bz2'>): void {
  if (bz2 || packageFormat === '.conda') return;
  const detail = `${shownPath(path)} says "packageFormat": ".tar.bz2", which takes compressjs (GPL-2.0)`;
  throw new GatehouseError('usage.invalid', detail, { hint: 'deploy with -c bz2=on' });
}
