import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startCli } from '../support/cli/run-cli.ts';
import { root, serviceUnit } from '../support/docs/service-unit.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

/** What systemd.unit(5), systemd.service(5), systemd.exec(5) and systemd.kill(5) know, as far as the page uses it. */
const known: Readonly<Record<string, readonly string[]>> = {
  Unit: ['Description', 'Documentation', 'After'],
  Service: `User StateDirectory WorkingDirectory ExecStart Restart RestartSec TimeoutStopSec UMask NoNewPrivileges
    CapabilityBoundingSet ProtectSystem ProtectHome ProtectProc ProcSubset ProtectClock ProtectControlGroups
    ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables PrivateDevices PrivateTmp RemoveIPC
    RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID LockPersonality
    SystemCallArchitectures SystemCallFilter SystemCallErrorNumber`.split(/\s+/),
  Install: ['WantedBy'],
};

/** Section, key and value of each line that has one. */
function settingsOf(text: string): [section: string, key: string, value: string][] {
  let section = '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const [, opened] = /^\[(\w+)\]$/.exec(line) ?? [];
      if (opened !== undefined) section = opened;
      return opened === undefined ? [[section, ...line.split(/=(.*)/s)] as const] : [];
    })
    .map(([of, key = '', value = '']) => [of, key, value]);
}

const settings = settingsOf(serviceUnit);
const setting = (wanted: string) => settings.find(([, key]) => key === wanted)?.[2];

test('the unit in docs/serving.md says what systemd understands, and hardens the service', () => {
  expect(settings.length).toBeGreaterThan(30);
  expect(settings.filter(([section, key]) => !known[section]?.includes(key))).toEqual([]);
  expect(['ProtectSystem', 'NoNewPrivileges', 'CapabilityBoundingSet', 'User'].map(setting)).toEqual([
    'strict',
    'yes',
    '',
    'gatehouse',
  ]);
  // What lies in its own folder is all that it may write.
  expect(setting('ExecStart')).toContain(`--store /var/lib/${setting('StateDirectory')}/store`);
});

test('its command serves, and ends well by the signal that systemd sends', async () => {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const [node, program, ...args] = (setting('ExecStart') ?? '').replaceAll('/opt/gatehouse', root).split(' ');
  expect([node, program]).toEqual([join(root, 'node_modules/.bin/node'), join(root, 'bin/gatehouse.ts')]);
  const here = args.map((arg) => arg.replace('/var/lib/gatehouse', folder.path));
  const { child, untilSaid, ended } = startCli([...here, '--port', '0'], { cwd: folder.path });
  await untilSaid('pixi init');
  child.kill('SIGTERM');
  expect((await ended).status).toBe(0);
});
