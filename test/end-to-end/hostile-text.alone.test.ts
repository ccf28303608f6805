import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { runCommand } from '../../local/commands/run-command.ts';
import { commands } from '../../local/main.ts';
import { buildPackage } from '../../local/sample/build-package.ts';
import type { Intercept } from '../../local/sample/serve-folder.ts';
import { fakeTerminal } from '../support/cli/fake-terminal.ts';
import { expectHarmless, storeOutputs, tellings, upstreamOutputs } from '../support/cli/harmless-outputs.ts';
import { lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { hostileText, hostileTexts } from '../support/hostile-text.ts';

// What would be waited between tries takes no time.
vi.mock(import('../../adapters/system-clock.ts'), () => ({
  systemClock: { now: Date.now, sleep: async () => {}, random: () => 0 },
}));

useLab();

/** Answers with an index for linux-64 of these records and a sound one. */
function indexWith(records: Readonly<Record<string, object>>, more: object): Intercept {
  const sound = {
    name: 'good',
    version: '1.0',
    build: '0',
    build_number: 0,
    depends: [],
    size: 1,
    sha256: 'a'.repeat(64),
  };
  const repodata = {
    info: { subdir: 'linux-64' },
    'packages.conda': { 'good-1.0-0.conda': sound, ...records },
    ...more,
  };
  return (request, response, next) =>
    request.url === '/linux-64/repodata.json' ? void response.end(JSON.stringify(repodata)) : next();
}

const record = (name: string, more: object): Record<string, object> => ({
  [`${name}-1.0-0.conda`]: { name, version: '1.0', build: '0', build_number: 0, depends: [], ...more },
});

it('names, versions, builds and dependencies of records', async () => {
  await lab.publish([small('x 1.0')]);
  const records = hostileTexts.map((text, at) => ({
    ...record(`name${at}`, { name: `name${at}${text}` }),
    ...record(`version${at}`, { version: `1.0${text}` }),
    ...record(`build${at}`, { build: `0${text}` }),
    ...record(`depends${at}`, { depends: [`good ${text}`] }),
    ...record(`elsewhere${at}`, { depends: [`${text}::good`] }),
    ...record(`licensed${at}`, { depends: [`good[license="${text.replaceAll('"', '')}"]`] }),
    ...record(`built${at}`, { depends: [`absent 1.0 *${text.replace(/[\s,|[\]"]/g, '')}`] }),
    ...record(`odd${at}`, { constrains: [`good ${text}`], license: text, [text]: text }),
    [`file${at}-1.0-${text.replaceAll('-', '')}.conda`]: {
      name: `file${at}`,
      version: '1.0',
      build: '0',
      build_number: 0,
    },
  }));
  lab.intercept = indexWith(Object.assign({}, ...records), { removed: [hostileText], [hostileText]: hostileText });
  const names = Object.values(records).flatMap((some) =>
    Object.keys(some).map((file) => file.slice(0, file.indexOf('-'))),
  );
  const outputs = await upstreamOutputs(names);
  expectHarmless(outputs);
  for (const code of [
    'record.file-name',
    'record.identity',
    'record.invalid',
    'record.depends-unreadable',
    'entry.unsolvable',
  ]) {
    expect([code, tellings(outputs, code)]).toEqual([code, outputs.length]);
  }
  expect(tellings(outputs, 'owned')).toBe(outputs.length);
});

const raw =
  (head: string): Intercept =>
  (_, response) =>
    void response.socket?.end(`HTTP/1.1 ${head}\r\n\r\n`, 'latin1');
const json =
  (document: object): Intercept =>
  (_, response) =>
    void response.end(JSON.stringify({ packages: {}, ...document }));

/** What a header can hold: no line breaks, and bytes alone. */
const latin = Buffer.from(hostileText.replace(/[\r\n\0]/g, ' ')).toString('latin1');
const printable = latin.replace(/[^ -~\u00a0-\u00ff]/g, '');

/** What a server says, each of another subdir. */
const answers: Readonly<Record<string, Intercept>> = {
  'linux-32': raw(`503 ${latin}`),
  'linux-64': raw(`302 Found\r\nLocation: ftp://${printable.replaceAll(' ', '')}`),
  'linux-aarch64': raw(`302 Found\r\nLocation: http://a b/${printable}`),
  'linux-armv7l': raw(`200 OK\r\nContent-Encoding: ${printable}`),
  'linux-ppc64le': raw(`502 x\r\nRetry-After: ${printable}`),
  'linux-riscv64': raw(hostileText),
  'linux-s390x': raw(`200 OK\r\n${hostileText}: ${hostileText}`),
  'osx-64': (_, response) => void response.end(`<html>${hostileText}`),
  'osx-arm64': json({ info: { subdir: hostileText } }),
  'win-32': json({ info: { base_url: `https://user:pass@h/${hostileText}` } }),
  'win-64': json({ info: { base_url: `owned:${hostileText}` } }),
  'win-arm64': (_, response) => void response.end(`{"packages": {"${hostileText}`),
  'freebsd-64': json({ repodata_version: hostileText }),
};

it('what a server says, whatever it is', async () => {
  await lab.publish([small('x 1.0')]);
  lab.intercept = (request, response, next) => {
    const answer = answers[request.url?.split('/')[1] ?? ''];
    return answer === undefined ? next() : answer(request, response, next);
  };
  const platforms = Object.keys(answers);
  const outputs = await upstreamOutputs(['x'], { platforms });
  expectHarmless(outputs);
  const codes =
    /(?:upstream\.(?:body|page|status|unreachable)|json\.invalid)(?:: |",\n *"subject": "|` \| `)([a-z0-9-]+)/g;
  for (const { command, out, err } of outputs) {
    const told = [...(out + err).matchAll(codes)].map(([, subdir]) => subdir);
    expect([...new Set(told)].sort(), command).toEqual(platforms.toSorted());
  }
});

it('what a package says of itself, fetched or copied in', async () => {
  const hostile = hostileTexts.map((text, at) =>
    small(`bad${at} 1.0`, [], { extraIndex: { version: `1.0${text}`, depends: [text], [text]: text } }),
  );
  await lab.publish([small('good 1.0'), small('moved 1.0'), ...hostile]);
  const folder = join(lab.store, 'conda/linux-64');
  await mkdir(folder, { recursive: true });
  for (const [at, spec] of hostile.entries()) {
    const { bytes = Buffer.alloc(0) } = await buildPackage({ ...spec, name: `copied${at}` });
    await writeFile(join(folder, `copied${at}-1.0-0.conda`), bytes);
  }
  lab.intercept = (request, response, next) =>
    request.url?.includes('/moved-') ? raw(`302 x\r\nLocation: ftp://${printable}`)(request, response, next) : next();
  const outputs = await upstreamOutputs(['good', 'moved', 'bad0', 'bad1', 'bad2']);
  outputs.push(...(await storeOutputs()));
  expectHarmless(outputs);
  expect(tellings(outputs, 'B1.version')).toBeGreaterThan(1);
  expect(tellings(outputs, 'verify.unknown')).toBe(2);
  expect(tellings(outputs, 'upstream.unreachable')).toBe(2);
});

it('names of files in the store', async () => {
  await lab.publish([small('good 1.0')]);
  const outputs = await upstreamOutputs(['good']);
  for (const text of hostileTexts) {
    const name = text.replace(/[\0/]/g, '').slice(0, 60);
    await writeFile(join(lab.store, 'conda/linux-64', `${name}-1.0-0.conda`), text);
    await writeFile(join(lab.store, 'conda', name), text);
  }
  outputs.push(...(await storeOutputs()));
  expectHarmless(outputs);
  expect(tellings(outputs, 'verify.stray')).toBe(2);
});

it('an allowlist, hotfixes and a command line', async () => {
  await lab.publish([small('good 1.0')]);
  const outputs = await upstreamOutputs([...hostileTexts, { spec: 'good', [hostileText]: 1 }], { [hostileText]: 1 });
  await mkdir(join(lab.store, '../patches'), { recursive: true });
  const patches = {
    patch_instructions_version: 1,
    [hostileText]: 1,
    packages: { [hostileText]: { depends: [hostileText] } },
  };
  await writeFile(join(lab.store, '../patches/linux-64.json'), JSON.stringify(patches));
  outputs.push(...(await upstreamOutputs(['good'])));
  for (const argv of [
    [hostileText],
    ['plan', hostileText],
    ['sync', `--${hostileText}`],
    ['plan', '--store', `s3://${hostileText}`],
  ]) {
    const terminal = fakeTerminal();
    await runCommand(argv, { commands, terminal, untilInterrupted: async () => {} });
    outputs.push({ command: argv[0] ?? '', ...terminal.said });
  }
  expectHarmless(outputs);
  expect(tellings(outputs, 'owned')).toBe(outputs.length);
});
