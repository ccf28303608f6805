// One file for all that looks at the template: to load the CDK takes 3 seconds of processor, to synthesize again a half.
import './stack/alarms.ts';
import './stack/bucket.ts';
import './stack/bucket-policy.ts';
import './stack/cdk-nag.ts';
import './stack/distribution.ts';
import './stack/edge.ts';
import './stack/existing-bucket.ts';
import './stack/files.ts';
import './stack/functions.ts';
import './stack/least-privilege.ts';
import './stack/notifications.ts';
import './stack/permissions.ts';
import './stack/places.ts';
import './stack/publisher.ts';
import './stack/queues.ts';
import './stack/repository.ts';
import './stack/settings.ts';
