import { buildSync } from 'esbuild';

/** CloudFront calls a function named `handler` at the top of a script that is no module. */
const entryOf = (name: string) => `
import { viewerRequest } from './viewer-request.ts';
function handler(event) { return viewerRequest(event, ${JSON.stringify(name)}); }
`;

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html */
const maxCodeBytes = 10_240;

/**
 * lib/edge/viewer-request.ts and core/layout/route.ts with its two imports as one script for CloudFront's JavaScript
 * runtime 2.0, which is ECMAScript 5.1 with const, let, arrow functions and template literals.
 *
 * @param name of the channel, which a deployment changes with the allowlist
 * @throws when the code uses a module of Node, or has outgrown CloudFront's limit
 */
export function compileEdge(name: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents: entryOf(name), resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    // Without exports an ES module is a script; the names stay, `handler` among them.
    format: 'esm',
    treeShaking: false,
    minifyWhitespace: true,
    minifySyntax: true,
    target: 'es2015',
    supported: { 'object-extensions': false },
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const code = outputFiles.map(({ text }) => text).join('');
  if (Buffer.byteLength(code) > maxCodeBytes)
    throw new Error(`the edge function is over CloudFront's ${maxCodeBytes} bytes`);
  return code;
}
