// The few lines of DOM that the panels around the game are made with.

type Child = Node | string

/** An element with a class and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  made.className = className
  made.append(...children)
  return made
}

/** A button that never takes the keyboard away from the game. */
export function button(label: string, title: string, press: () => void): HTMLButtonElement {
  const made = element('button', 'button', label)
  made.type = 'button'
  made.title = title
  made.addEventListener('click', () => {
    made.blur()
    press()
  })
  return made
}

/** A small picture of a path, nose up. */
export function glyph(path: string, fill: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '-30 -30 60 60')
  svg.setAttribute('class', 'glyph')
  svg.setAttribute('aria-hidden', 'true')
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  shape.setAttribute('d', path)
  shape.setAttribute('fill', fill)
  shape.setAttribute('transform', 'rotate(-90)')
  svg.append(shape)
  return svg
}

/** Sizes a canvas to its CSS box in device pixels; gives its context, scaled to CSS pixels, cleared. */
export function freshInk(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const density = Math.min(devicePixelRatio, 3)
  const width = Math.round(canvas.clientWidth * density)
  const height = Math.round(canvas.clientHeight * density)
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width
    canvas.height = height
  }
  const ink = canvas.getContext('2d')
  ink?.setTransform(density, 0, 0, density, 0, 0)
  ink?.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight)
  return ink
}

/** Whether the keyboard is in a text field. */
export function isTyping(): boolean {
  return document.activeElement instanceof HTMLInputElement && document.activeElement.type !== 'range'
}
