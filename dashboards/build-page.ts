import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, gzipSync } from 'node:zlib'

/**
 * Builds the page where it is missing or older than what it is made of, or with --always; says so, since it takes a while.
 * Beside each script and style sheet lies a compressed copy, which the hub serves.
 */
const root = join(import.meta.dirname, '..')
const built = join(import.meta.dirname, 'web/dist/index.html')
const sources = [
  'dashboards/web/src',
  'dashboards/web/index.html',
  'dashboards/web/vite.config.ts',
  'proto',
  'package-lock.json',
]

function newestMs(path: string): number {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newestMs(join(path, name))))
}

const madeMs = existsSync(built) ? statSync(built).mtimeMs : 0
if (process.argv.includes('--always') || sources.some((source) => newestMs(join(root, source)) > madeMs)) {
  console.error('building the page …')
  const beganMs = performance.now()
  const { build } = await import('vite')
  await build({
    root: join(import.meta.dirname, 'web'),
    configFile: join(import.meta.dirname, 'web/vite.config.ts'),
    logLevel: 'warn',
  })
  compressAssets(join(import.meta.dirname, 'web/dist/assets'))
  console.error(`page built in ${((performance.now() - beganMs) / 1000).toFixed(1)} s`)
}

function compressAssets(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!/\.(js|css)$/.test(name)) continue
    const path = join(folder, name)
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: constants.Z_BEST_COMPRESSION }))
  }
}
