import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, gzipSync } from 'node:zlib'

/**
 * Builds each page that is missing or older than what it is made of, or both with --always; says so, since it takes a
 * while. Beside each script and style sheet lies a compressed copy, which is served.
 */
const PAGES = ['web', 'terminal']
/** What every page is made of, beside its own folder. */
const SHARED = ['proto', 'package-lock.json']

const root = join(import.meta.dirname, '..')
for (const page of PAGES) if (process.argv.includes('--always') || isOld(page)) await buildPage(page)

function isOld(page: string): boolean {
  const folder = join(import.meta.dirname, page)
  const built = join(folder, 'dist/index.html')
  const sources = [
    ...['src', 'index.html', 'vite.config.ts'].map((name) => join(folder, name)),
    ...SHARED.map((name) => join(root, name)),
  ]
  const madeMs = existsSync(built) ? statSync(built).mtimeMs : 0
  return sources.some((source) => newestMs(source) > madeMs)
}

function newestMs(path: string): number {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newestMs(join(path, name))))
}

async function buildPage(page: string): Promise<void> {
  console.error(`building the ${page} page …`)
  const beganMs = performance.now()
  const { build } = await import('vite')
  const folder = join(import.meta.dirname, page)
  await build({ root: folder, configFile: join(folder, 'vite.config.ts'), logLevel: 'warn' })
  compressAssets(join(folder, 'dist/assets'))
  console.error(`${page} page built in ${((performance.now() - beganMs) / 1000).toFixed(1)} s`)
}

function compressAssets(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!/\.(js|css)$/.test(name)) continue
    const path = join(folder, name)
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: constants.Z_BEST_COMPRESSION }))
  }
}
