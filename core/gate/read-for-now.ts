import type { GateFacts } from '../documents/gate/verdict.ts';
import type { GateCandidate } from './check.ts';
import type { Contents } from './reading.ts';

export const factsOf = ({ name, version, source, projects }: GateCandidate, { unpacked }: Contents): GateFacts => ({
  ...{ name, version, source, depends: [], license: null, maintainers: [], unpacked, scripts: [], natives: 0 },
  ...{ blobs: [], hosts: [], projects: [...projects] },
});
