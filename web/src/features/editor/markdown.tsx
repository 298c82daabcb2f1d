import Renderer from 'react-markdown'

/**
 * Markdown as React elements: no HTML of the text is ever HTML of the page, and addresses are of
 * the web or of mail only.
 */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="prose">
      <Renderer
        components={{
          a: ({ href, children }) => (
            <a href={href} target="_blank" rel="noreferrer">
              {children}
            </a>
          ),
          // The page loads nothing from elsewhere; a picture is the link to it.
          img: ({ src, alt }) => (
            <a href={typeof src === 'string' ? src : undefined} target="_blank" rel="noreferrer">
              {alt || 'Image'}
            </a>
          ),
        }}
      >
        {text}
      </Renderer>
    </div>
  )
}
