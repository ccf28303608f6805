import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';

/** Sends each list of paths as one invalidation of a CloudFront distribution; one of a name that it knows is done already. */
export function cloudFrontInvalidation(distribution: string, client = new CloudFrontClient()) {
  return async (paths: readonly string[], reference: string = crypto.randomUUID()): Promise<void> => {
    const Paths = { Quantity: paths.length, Items: [...paths] };
    const InvalidationBatch = { CallerReference: reference, Paths };
    await client.send(new CreateInvalidationCommand({ DistributionId: distribution, InvalidationBatch }));
  };
}
