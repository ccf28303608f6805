const kibi = 1024;
const mebi = 1024 * kibi;

/** Files of a package's `info/` that clients act by, or that say what it is (CEP 34): whole, and as large as any JSON. */
const infoTexts = /^info\/(?:index|paths|about|link|run_exports)\.json$/;

/** What runs, or steers a client, once it is installed. Compared without case, for file systems that do. */
const installTexts = [
  /\.(?:pth|start)$/,
  /(?:^|\/)(?:sitecustomize|usercustomize)(?:\.py|\/__init__\.py)$/,
  /^(?:bin|scripts)\/\.[^/]+-(?:pre|post)-(?:un)?link\.(?:sh|bat)$/,
  /(?:^|\/)etc\/conda\/(?:de)?activate\.d\/[^/]+$/,
  /(?:^|\/)etc\/conda\/env_vars\.d\/[^/]+$/,
  /(?:^|\/)\.?(?:condarc|mambarc)$/,
  /(?:^|\/)condarc\.d\/[^/]+$/,
  /(?:^|\/)pip\.(?:conf|ini)$/,
  /(?:^|\/)[._]netrc$/,
  /^menu\/.+\.json$/,
];

/** What Python's tools read of an installed project. */
const projectTexts =
  /(?:^|\/)(?:[^/]+\.dist-info\/(?:METADATA|WHEEL|entry_points\.txt|direct_url\.json)|[^/]+\.egg-info(?:\/(?:PKG-INFO|entry_points\.txt))?|EGG-INFO\/(?:PKG-INFO|entry_points\.txt))$/;

/** Python that runs when a project is imported or built. Its start says whether it fetches something. */
const headTexts = /(?:^|\/)(?:__init__|setup)\.py$/;

/** Of one file, in bytes. Of 299 real packages the largest such text had 650 kB. */
const maxTextBytes = mebi;
const maxHeadBytes = 64 * kibi;
/** Of all but the JSON of `info/` together. */
const maxTextsBytes = 32 * mebi;

/** How many bytes from its start are kept of a file; null of one that no check reads. */
export type KeptBytes = number | 'too-large' | null;

/**
 * Says of each file of an archive, in order, how much of it is kept for the checks that read texts. Bounded in all by
 * 32 MiB and one JSON of `jsonBytes` for each of five files of `info/`.
 *
 * @param jsonBytes of one JSON of `info/`
 */
export function textKeeper(jsonBytes: number): (path: string, size: number) => KeptBytes {
  let kept = 0;
  const keep = <T>(bytes: number, whenFull: T): number | T => {
    if (kept + bytes > maxTextsBytes) return whenFull;
    kept += bytes;
    return bytes;
  };
  return (path, size) => {
    switch (kindOfText(path)) {
      case 'info':
        return size > jsonBytes ? 'too-large' : size;
      case 'whole':
        return size > maxTextBytes ? 'too-large' : keep(size, 'too-large');
      case 'head':
        return keep(Math.min(size, maxHeadBytes), null);
      default:
        return null;
    }
  };
}

function kindOfText(path: string): 'info' | 'whole' | 'head' | null {
  if (infoTexts.test(path)) return 'info';
  const lower = path.toLowerCase();
  if (projectTexts.test(path) || installTexts.some((pattern) => pattern.test(lower))) return 'whole';
  return headTexts.test(path) ? 'head' : null;
}
