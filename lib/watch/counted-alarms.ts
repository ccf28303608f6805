import type { ChannelMetricName } from '../pipeline/metrics.ts';

/** An alarm that goes off at the first count of a metric. */
interface CountedAlarm {
  readonly id: string;
  readonly metricName: ChannelMetricName;
  readonly says: string;
  /** The heading in docs/operations.md. */
  readonly section: string;
}

/** What functions count, and is to be told of from the first on. */
export const countedAlarms: readonly CountedAlarm[] = [
  {
    id: 'PlansIncompleteAlarm',
    metricName: 'PlansIncomplete',
    says: 'A plan lacks something that could not be read or worked out, such as a channel: nothing is removed by it.',
    section: 'A plan has problems',
  },
  {
    id: 'PlanProblemsAlarm',
    metricName: 'PlanProblems',
    says: 'A plan has problems, such as an entry that cannot be solved.',
    section: 'A plan has problems',
  },
  {
    id: 'MostPackagesLeaveAlarm',
    metricName: 'MostPackagesLeave',
    says: 'A run takes more than half of what is served out of the index.',
    section: 'Most packages leave',
  },
  {
    id: 'ArtifactsGivenUpAlarm',
    metricName: 'ArtifactsGivenUp',
    says: 'Files of a plan could not be fetched, and the run goes on or ended without them.',
    section: 'A file cannot be fetched',
  },
  {
    id: 'SyncsStuckAlarm',
    metricName: 'SyncsStuck',
    says: 'A sync has not ended, and has not come on for an hour.',
    section: 'A sync does not end',
  },
  {
    id: 'SchedulesMissedAlarm',
    metricName: 'SchedulesMissed',
    says: 'A schedule did not fire when it should have.',
    section: 'A schedule did not fire',
  },
  {
    id: 'EntriesNotInstallingAlarm',
    metricName: 'EntriesNotInstalling',
    says: 'The last sync has ended, and entries of the allowlist do not install from the channel.',
    section: 'An entry does not install',
  },
  {
    id: 'EntriesLostAlarm',
    metricName: 'EntriesLost',
    says: 'An entry of the allowlist installed from the channel until now, and does not any more.',
    section: 'An entry no longer installs',
  },
  {
    id: 'IndexProblemsAlarm',
    metricName: 'IndexProblems',
    says: 'A file in the bucket cannot be listed.',
    section: 'A file cannot be listed',
  },
  {
    id: 'PruneProblemsAlarm',
    metricName: 'PruneProblems',
    says: 'Pruning met something that it could not judge, and kept it.',
    section: 'Pruning has problems',
  },
  {
    id: 'FilesRecalledAlarm',
    metricName: 'FilesRecalled',
    says: 'A file that was served turned bad, and was taken back.',
    section: 'A file was recalled',
  },
  {
    id: 'SweepsLateAlarm',
    metricName: 'SweepsLate',
    says: 'A sweep has not come to its end in two days.',
    section: 'A sweep does not end',
  },
  {
    id: 'AdvisoriesMissingAlarm',
    metricName: 'AdvisoriesMissing',
    says: 'The advisories could not be had: what is new waits, and what is served was not checked against them.',
    section: 'The advisories cannot be had',
  },
];
