/** The page of coverage errors, and what in it is made. */

export const ERRORS_PAGE = new URL('../../../../docs/coverage-errors.md', import.meta.url)

const begin = (part: string) => `<!-- ${part}: made by tests/hub/patrol/truth/rebuild-coverage-errors.ts -->`
const end = (part: string) => `<!-- end of ${part} -->`

/** @throws Error where the page lacks the marks of a part. */
function boundsOf(page: string, part: string): [from: number, to: number] {
  const from = page.indexOf(begin(part))
  const to = page.indexOf(end(part))
  if (from < 0 || to < from)
    throw new Error(`docs/coverage-errors.md: expected ${begin(part)} and ${end(part)} after it`)
  return [from + begin(part).length, to]
}

/** The page with its made parts made anew. @throws Error where it lacks the marks of a part. */
export function withTables(page: string, parts: Record<string, string>): string {
  let out = page
  for (const [part, text] of Object.entries(parts)) {
    const [from, to] = boundsOf(out, part)
    out = `${out.slice(0, from)}\n\n${text}\n\n${out.slice(to)}`
  }
  return out
}

export const partOfPage = (page: string, part: string): string => page.slice(...boundsOf(page, part)).trim()

/** The cells of a part's table, row by row, without its head. @throws Error where the page lacks its marks. */
export function rowsOfPage(page: string, part: string): string[][] {
  return partOfPage(page, part)
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}
