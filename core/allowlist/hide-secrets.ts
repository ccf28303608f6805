/** The text with what may be a secret in a URL (user, password, Anaconda's `/t/TOKEN`) starred out, unit for unit. */
export function hideSecrets(text: string): string {
  const stars = (secret: string): string => '*'.repeat(secret.length);
  return text.replace(/(?<=:\\?\/\\?\/)[^\s"/@]+(?=@)|(?<=\/t\\?\/)[^\s"/]+/g, stars);
}
