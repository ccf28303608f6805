import { z } from 'zod';
import { fileProvenanceSchema } from '../documents/simple/file-provenance.ts';
import { type FileDecision, fileDecisionSchema } from '../documents/simple/project-control.ts';
import { projectStateKey } from '../layout/keys.ts';
import type { ProjectName } from '../names/project-name.ts';
import type { Store } from '../ports/store.ts';
import { type ReadState, readState } from './read-state.ts';

const listedFileSchema = z.strictObject({
  fileName: fileProvenanceSchema.shape.fileName,
  /** Of the file, and of the metadata beside a wheel: while both are there, what entered need not be read again. */
  etag: z.string(),
  metadataEtag: z.string().nullable(),
  /** It was published or copied in: it is listed without a decision of control, and never leaves by itself. */
  own: z.literal(true).optional(),
  /** Of its provenance. */
  entered: fileProvenanceSchema.pick({
    sha256: true,
    size: true,
    metadataSha256: true,
    requiresPython: true,
    uploadTime: true,
  }),
  /** What control says of it that a page shows. */
  decided: fileDecisionSchema.pick({ yanked: true, requiresPython: true }),
});
/** A file that a project's pages list. */
export type ListedFile = z.infer<typeof listedFileSchema>;

export const projectContentSchema = z.array(listedFileSchema);

/** What of a decision a page shows, a yank of the organisation's own aside. */
export const shownOf = ({ yanked, requiresPython }: FileDecision): ListedFile['decided'] => ({
  ...(yanked !== undefined && { yanked }),
  ...(requiresPython !== undefined && { requiresPython }),
});

/** The files that a project's pages were last made from; a damaged state is as none. */
export const readProjectState = (store: Store, project: ProjectName): Promise<ReadState<ListedFile[]>> =>
  readState(store, { stateKey: projectStateKey(project), content: projectContentSchema });
