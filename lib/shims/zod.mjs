/**
 * zod's `z` for a bundle, without its 50 languages: `z` of the package is one namespace, of which esbuild leaves out
 * nothing (340 kB). `zod-files` is the package's folder (lib/bundle/bundle-functions.ts).
 */
import * as checks from 'zod-files/v4/classic/checks.js';
import * as coerce from 'zod-files/v4/classic/coerce.js';
import * as iso from 'zod-files/v4/classic/iso.js';
import * as schemas from 'zod-files/v4/classic/schemas.js';

export const z = { ...checks, ...schemas, coerce, iso };
