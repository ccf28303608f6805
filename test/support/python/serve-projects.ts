import type { ServerResponse } from 'node:http';
import { sha256Of } from '../../../core/names/digest.ts';
import type { Intercept } from '../../../local/sample/serve-folder.ts';

/** A file of a project: its bytes, and what its page says of it beside name, URL and hash (PEP 691). */
export interface ServedFile {
  readonly fileName: string;
  readonly bytes: Uint8Array;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/**
 * Answers for a package index at `/simple/`: pages in JSON, and the files beside them. All else is `next`'s.
 *
 * @param projects normal name -> its files; a number is the status of its page
 */
export function serveProjects(projects: Readonly<Record<string, readonly ServedFile[] | number>>): Intercept {
  return ({ url = '' }, response, next) => {
    const [, root, project = '', fileName = ''] = url.split('/');
    if (root !== 'simple') return next();
    const files = projects[project] ?? 404;
    if (typeof files === 'number') return void response.writeHead(files).end();
    if (fileName === '') return answerPage(project, files, response);
    const file = files.find((one) => one.fileName === decodeURIComponent(fileName));
    return void (file === undefined ? response.writeHead(404).end() : response.writeHead(200).end(file.bytes));
  };
}

function answerPage(name: string, files: readonly ServedFile[], response: ServerResponse): void {
  const listed = files.map(({ fileName, bytes, facts }) => ({
    filename: fileName,
    url: encodeURIComponent(fileName),
    hashes: { sha256: sha256Of(bytes) },
    'upload-time': '2020-01-02T03:04:05Z',
    size: bytes.length,
    ...facts,
  }));
  response.writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' });
  response.end(JSON.stringify({ meta: { 'api-version': '1.1' }, name, files: listed }));
}
