import { channelStatus, statusProblems } from '../../core/status/channel-status.ts';
import { isWell, statusJson, statusText } from '../render/status.ts';
import { cloudProblems, readCloudStatus } from '../world/cloud-status.ts';
import { openWorld } from '../world/open-world.ts';
import { type Command, exitStatus } from './command.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'say how the last sync went and how far one is that is under way, what is held, and what does not install',
  options: {},
  optionHelp: [],
  examples: [
    ['gatehouse status', 'the folder .gatehouse: the last sync, what waits at the gate, and the last proof'],
    [
      'gatehouse status --store s3://BUCKET',
      'a channel on AWS: its runs, its dead letters, and the alarms that have gone off, each with the section of the runbook',
    ],
    ['gatehouse status --json > status.json', 'the same for programs; exit status 1 where something does not hold'],
  ],
  async run({ store, json, terminal }) {
    await using world = openWorld(store);
    const status = await channelStatus(world);
    const cloud = status.stack === null ? null : await readCloudStatus(status.stack);
    const problems = [...statusProblems(status), ...(cloud === null ? [] : cloudProblems(cloud))];
    const shown = { store, status, cloud, problems, now: world.clock.now() };
    terminal.out(json ? statusJson(shown) : statusText(shown));
    return isWell(shown) ? exitStatus.done : exitStatus.failed;
  },
};
