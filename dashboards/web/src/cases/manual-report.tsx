import { Image } from 'antd'
import type { ManualJson } from '../../../../proto/http.ts'
import { photoUrl } from '../api/client.ts'
import { useWords } from '../i18n/language.tsx'

const THUMBNAIL_PX = 104

/** What an inspector reported by hand: the note, who, and the photos, which open large. */
export function ManualReport({ id, manual }: { id: string; manual: ManualJson }) {
  const { t } = useWords()
  const { note, photos, photosHere } = manual
  return (
    <div className="manual" data-testid="manual">
      {note === '' ? (
        <p className="quiet">{t.cases.noNote}</p>
      ) : (
        <p className="note" data-testid="case-note">
          {note}
        </p>
      )}
      {photosHere.length > 0 && (
        <div className="photos" data-testid="photos">
          <Image.PreviewGroup>
            {photosHere.map((number) => (
              <Image
                key={number}
                src={photoUrl(id, number)}
                alt={t.cases.photo(number)}
                width={THUMBNAIL_PX}
                height={THUMBNAIL_PX}
              />
            ))}
          </Image.PreviewGroup>
        </div>
      )}
      {photosHere.length < photos && (
        <p className="quiet" data-testid="photos-missing">
          {t.cases.photosMissing(photos - photosHere.length, photos)}
        </p>
      )}
      {photos === 0 && <p className="quiet">{t.cases.noPhotos}</p>}
    </div>
  )
}
