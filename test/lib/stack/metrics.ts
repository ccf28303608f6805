import { readdirSync, readFileSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { expect, test } from 'vitest';
import { countedBy } from '../../../lib/pipeline/metrics.ts';
import { own } from './templates.ts';

const { built: channel } = own;

const lambdas = new URL('../../../lambdas/', import.meta.url);
const source = (file: string) => readFileSync(new URL(file, lambdas), 'utf8');
const names = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = '']) => name);

/** What each function's file counts, and what the events of steps count, whoever reports them. */
const counted = readdirSync(lambdas)
  // These two count of each function.
  .filter((file) => file !== 'telemetry.ts' && file !== 'soon-again.ts')
  .flatMap((file) => names(source(file), /\bcount\(\s*'(\w+)'/g).map((name) => [name, file.replace('.ts', '')]));
const ofEvents = names(source('telemetry.ts'), /\b([A-Z]\w+): (?:1|event\.)/g);

test('every metric that a channel offers is one that its function counts, and none is left out', () => {
  const offered = Object.entries(countedBy).filter(([name]) => !ofEvents.includes(name));
  expect(offered.sort()).toEqual(counted.sort());
  expect(Object.keys(countedBy).filter((name) => ofEvents.includes(name))).toEqual(ofEvents);
});

test('each metric method names one of them, under the namespace and the service that count it', () => {
  const found = [
    channel.metric('StrayFiles', { period: Duration.hours(1), statistic: 'Average' }),
    channel.metricFailed('pruner'),
    channel.metricPlanProblems(),
    channel.metricArtifactsGivenUp(),
    channel.metricFilesWaiting(),
    channel.metricPackagesFetched(),
    channel.metricIndexProblems(),
    channel.metricEntriesFailing(),
    channel.metricEntriesLost(),
    channel.metricFilesRecalled(),
  ];
  expect(found.map(({ metricName, dimensions }) => [metricName, dimensions?.['service']])).toEqual([
    ['StrayFiles', 'indexer'],
    ['Failed', 'pruner'],
    ['PlanProblems', 'scraper'],
    ['ArtifactsGivenUp', 'scraper'],
    ['FilesWaiting', 'scraper'],
    ['PackagesFetched', 'downloader'],
    ['IndexProblems', 'indexer'],
    ['EntriesFailing', 'prover'],
    ['EntriesLost', 'prover'],
    ['FilesRecalled', 'sweeper'],
  ]);
  expect(new Set(found.map(({ namespace }) => namespace))).toEqual(new Set(['Gatehouse']));
  expect(found.map(({ statistic, period }) => `${statistic} ${period.toMinutes()}`).slice(0, 5)).toEqual([
    'Average 60',
    'Sum 5',
    'Sum 5',
    'Sum 5',
    'Maximum 5',
  ]);
});

test('the alarms of a channel and the function that begins a sync are members of it', () => {
  expect(channel.alarms).toEqual(channel.node.findAll().filter((one) => one instanceof Alarm));
  expect(channel.alarms.length).toBeGreaterThan(20);
  expect(channel.syncFunction).toBe(channel.functions.scraper);
});
