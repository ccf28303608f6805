import type { FolderServer } from '../../../local/sample/serve-folder.ts';
import type { Deployment } from '../deployment.ts';

/** The deployed stack and the sample upstream that it mirrors. */
export interface Scene {
  readonly deployment: Deployment;
  readonly upstream: FolderServer;
  readonly upstreamFolder: string;
  /** The path of the allowlist that is deployed. */
  readonly allowlist: string;
  /** For what a check needs. */
  readonly folder: string;
  /** Whether upstream has nothing at a path. May be replaced. */
  isDown: (path: string) => boolean;
}
