/**
 * Runs a task for every item, a few at a time, in order. One item's failure does not stop the others: it is
 * told through `onDone`. Resolves when all are done or the signal has aborted; never rejects.
 */
export async function runQueue<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  task: (item: Item, signal: AbortSignal) => Promise<Result>,
  onDone: (item: Item, outcome: { result: Result } | { error: unknown }) => void,
  signal: AbortSignal,
): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < items.length && !signal.aborted) {
      const item = items[next++]!
      const outcome = await task(item, signal).then(
        (result) => ({ result }),
        (error: unknown) => ({ error }),
      )
      if (!signal.aborted) onDone(item, outcome)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
}
