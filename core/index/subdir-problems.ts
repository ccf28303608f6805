import { sections } from '../forms/form.ts';
import { parseJson } from '../json.ts';
import { type Problem, problemSchema } from '../report/problem.ts';
import { decodeSegment } from './state/decode-segment.ts';
import type { IndexRoot, StatePlace } from './state/index-root.ts';
import { readSegment } from './state/segment-store.ts';

/** What is wrong with packages, as noted when they were read; only segments that hold such a note are read. */
export async function subdirProblems(place: StatePlace, root: IndexRoot): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const section of sections) {
    for (const segment of root.sections[section].filter((each) => each.problems > 0)) {
      const noted = decodeSegment(await readSegment(place, segment)).filter(({ kind }) => kind === 'problem');
      problems.push(...noted.map(({ record }) => parseProblem(record)));
    }
  }
  return problems;
}

const parseProblem = (json: Uint8Array): Problem =>
  parseJson(Buffer.from(json).toString('latin1'), problemSchema, 'a problem in the index state');
