import { z } from 'zod';

/** What is asked of `info/about.json` (CEP 34): a list that is none, and names that are none, count as absent. */
export const aboutSchema = z.looseObject({
  extra: z
    .looseObject({
      'recipe-maintainers': z
        .array(z.unknown())
        .catch([])
        .transform((names) => names.filter((name): name is string => typeof name === 'string'))
        .prefault([]),
    })
    .catch({ 'recipe-maintainers': [] })
    .prefault({}),
});
