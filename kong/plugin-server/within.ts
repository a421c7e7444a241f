/** Whether the work finished within that time. */
export async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const isInTime = await Promise.race([work.then(() => true), timedOut]);
  clearTimeout(timer);
  return isInTime;
}
