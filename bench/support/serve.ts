// A process of its own, so that serving costs the measured process nothing.
import { serveFolder } from '../../local/sample/serve-folder.ts';

const server = await serveFolder(process.argv[2] ?? '.');
process.send?.(server.url);
