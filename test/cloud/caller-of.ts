/** The id of the access key that a request is signed with, or nothing. Signatures are not looked at. */
export const callerOf = ({ authorization = '' }: Readonly<Record<string, string>>): string =>
  /Credential=([^/]+)\//.exec(authorization)?.[1] ?? '';
