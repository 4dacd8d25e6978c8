import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { CaseId, PhotoNumber } from '../../../../proto/http.ts'
import { shownPhotos } from '../../ledger/case-surroundings.ts'
import type { Ledger, LedgerCase } from '../../ledger/ledger.ts'
import type { Photos } from '../../ledger/photos.ts'
import { HttpProblem } from '../errors.ts'

const ENDINGS = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' } as const

const IMAGES = Object.fromEntries(Object.keys(ENDINGS).map((type) => [type, { schema: z.string() }]))

/**
 * GET cases/{id}/photos/{n}: a whole photo, as it was sent. Whoever sent it may have put anything behind its first
 * bytes: it is never taken for anything but an image (nosniff), and opened by itself it runs nothing (CSP).
 */
export const photoRoutes =
  (ledger: Ledger, photos: Photos): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = {
      summary: 'A photo of a case, as JPEG, PNG or WebP',
      params: z.object({ id: CaseId, number: PhotoNumber }),
      response: { 200: { description: 'The image', content: IMAGES } },
    }
    app.get('/cases/:id/photos/:number', { schema }, async ({ params: { id, number } }, reply) => {
      const entry = ledger.find(id)
      if (!entry) throw new HttpProblem(404, `case ${id}: not in the ledger`, 'GET /api/v1/cases lists them')
      const photo = photos.read(id, entry.gateway, number)
      if (!photo || !('bytes' in photo) || !shownPhotos(entry, photos).includes(number))
        throw new HttpProblem(404, `photo ${number} of case ${id}: ${missing(entry, number, photo)}`, HINT)
      const { mediaType, bytes } = photo
      return (
        reply
          .type(mediaType)
          .header('content-disposition', `inline; filename="${id}-${number}.${ENDINGS[mediaType]}"`)
          .header('content-security-policy', "default-src 'none'; sandbox")
          .header('x-content-type-options', 'nosniff')
          // A whole photo never changes.
          .header('cache-control', 'private, max-age=31536000, immutable')
          .send(bytes as never)
      )
    })
  }

const HINT = 'GET /api/v1/cases/{id} says under manual.photosHere which photos have come'

function missing(entry: LedgerCase, number: number, photo: ReturnType<Photos['read']>): string {
  const photos = entry.manual?.photos ?? 0
  if (number > photos) return `the case has ${photos} photos`
  if (photo && 'partsHere' in photo) return `${photo.partsHere} of its ${photo.parts} parts have come`
  return 'nothing of it has come yet'
}
