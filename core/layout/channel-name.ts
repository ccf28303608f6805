import { quoted } from '../json/text-problem.ts';
import { noarch, platformNames } from '../names/subdir.ts';
import { defaultChannelName, rootFiles, servedFolders } from './keys.ts';

/** What else lies at the root of a server: uploads, its health, tokens. */
const otherPaths = ['legacy', 'healthz', 't'];

/** Channels that conda has itself: https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/channels.html */
const channelsOfConda = ['defaults', 'nodefaults', 'local'];

/** conda looks for a subdir anywhere in a channel's URL, and takes it out. */
const taken = [...servedFolders, ...rootFiles, ...otherPaths, ...channelsOfConda, noarch, ...platformNames];

const spelling = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

/** conda takes a URL that ends so for one of a package. */
const packageEnding = /\.(?:conda|tar\.bz2)$/;

const anyTaken = taken.map((name) => name.replaceAll('.', '\\.')).join('|');

/** CloudFront's pattern for the pages of pip, which vary by what is accepted: `*simple/*`. */
const pagesEnding = /simple$/;

/** The name of a channel, which is its path too: a part of a path as CEP 26 has it, which means nothing else. */
export const channelNameGrammar = new RegExp(
  `^(?!(?:${anyTaken})$)(?!.*${packageEnding.source})(?!.*${pagesEnding.source})${spelling.source.slice(1)}`,
);

/** Why a text is no name of a channel. */
export function noChannelName(text: string): { message: string; hint: string } {
  const message = `${quoted(text)} is not the name of a channel`;
  if (!spelling.test(text))
    return { message, hint: 'use lowercase letters, digits, ".", "_" and "-", at most 64, between letters or digits' };
  const why = packageEnding.test(text) ? 'clients take it for a package' : 'it means something else in a URL';
  return { message: `${message}: ${why}`, hint: `name your organisation; without it, it is "${defaultChannelName}"` };
}
