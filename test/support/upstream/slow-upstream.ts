import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type FolderServer, serveFolder } from '../../../local/sample/serve-folder.ts';
import { folderFiles } from '../machine/folder-files.ts';

export interface SlowUpstream {
  /** Called, and waited for, before each answer; answers are given one after another, so that files arrive apart. */
  readonly onRequest: () => Promise<unknown>;
  /** Called after each slice of the file that comes in slices. */
  readonly onSlice: () => void;
  /** Part of its path. */
  readonly sliced: string;
}

const sliceBytes = 40_000;

/** A folder over HTTP, a few milliseconds for each answer and each slice. */
export async function slowUpstream(
  folder: string,
  { onRequest, onSlice, sliced }: SlowUpstream,
): Promise<FolderServer> {
  const files = await folderFiles(folder);
  let turn = Promise.resolve();
  const inSlices = async (response: ServerResponse, bytes: Uint8Array) => {
    response.writeHead(200, { 'content-length': bytes.length });
    for (let at = 0; at < bytes.length; at += sliceBytes) {
      response.write(bytes.subarray(at, at + sliceBytes));
      await wait(3);
      onSlice();
    }
    response.end();
  };
  return serveFolder(folder, {
    intercept: (request, response, next) => {
      turn = turn.then(async () => {
        await onRequest();
        await wait(5);
        const bytes = request.url?.includes(sliced) ? files.get(request.url.slice(1)) : undefined;
        if (bytes === undefined) next();
        else await inSlices(response, bytes);
      });
    },
  });
}
