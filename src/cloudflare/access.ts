/**
 * The e-mail address of who signed in by Cloudflare Access; null where nobody did, or at another application than the one with
 * this audience tag. The runtime has checked the signature: `ctx.access` is not there otherwise.
 */
export async function emailOf(
  { access }: Pick<ExecutionContext, "access">,
  audience: string,
): Promise<string | null> {
  if (access === undefined || audience === "" || access.aud !== audience)
    return null;
  const identity = await access.getIdentity();
  return identity?.email?.toLowerCase() ?? null;
}
