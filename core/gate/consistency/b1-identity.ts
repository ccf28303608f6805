import { parsePackageFileName } from '../../names/package-file-name.ts';
import { subdirSchema } from '../../names/subdir.ts';
import { identityProblems } from '../../package/check-identity.ts';
import type { ContentsCheck } from '../check.ts';
import { contentsCheck } from '../contents/contents-check.ts';

/** A package's own account of itself is what its file name, its folder and its record say. Wheels: F2. */
export const b1Identity: ContentsCheck = contentsCheck({
  id: 'B1',
  version: 1,
  find({ id, record, contents: { index } }) {
    const [folder = '', name = ''] = id.split('/');
    const [subdir, fileName] = [subdirSchema.safeParse(folder).data, parsePackageFileName(name)];
    if (index === null || subdir === undefined || fileName === null) return [];
    const problems = identityProblems({ index, fileName, subdir, ...(record && { upstream: record }) });
    return problems.map(({ code, detail }) => ({ code, verdict: 'reject', detail }));
  },
});
