import { mix, pick } from '../hash.ts';

const TEXTS = [
  'Hi! Is this still available?',
  'Yes, we have two left in blue and one in green.',
  'Great, thank you so much 🙏',
  'Bonjour, est-ce que vous livrez à Genève ? Ça coûterait combien ?',
  'Oui, la livraison est gratuite dès 50 €.',
  'Guten Tag, wie sind Ihre Öffnungszeiten über Weihnachten?',
  'Wir haben täglich von 9 bis 18 Uhr geöffnet – außer sonntags.',
  '¿Puedo cambiar la talla? Compré la M y necesito una L 😅',
  'Claro que sí, mándenos su número de pedido.',
  'Mình muốn đặt 3 hộp, giao về Đà Nẵng được không ạ?',
  'Dạ được ạ, phí ship 30k.',
  'こんにちは。予約を明日の19時に変更できますか？',
  'はい、承知いたしました。お待ちしております。',
  '你好，请问可以开发票吗？',
  '안녕하세요, 배송은 얼마나 걸리나요?',
  'السلام عليكم، هل المنتج متوفر باللون الأحمر؟',
  'نعم متوفر، السعر 120 ريال 😊',
  'שלום, אפשר לקבל מחיר בבקשה?',
  'Доброго дня! Підкажіть, будь ласка, чи є знижки?',
  'Olá, vocês fazem entrega em São Paulo? 🇧🇷',
  'नमस्ते, क्या यह ऑफर अभी भी चालू है?',
  'สวัสดีค่ะ สนใจสินค้าตัวนี้ค่ะ',
  'ok',
  '👍🏽',
  '👨‍👩‍👧‍👦🎉🥳',
  'Order no. #48213-B, placed on 3/11. The parcel arrived open and one item was missing.',
  'We are sorry to hear that. Could you send a photo of the parcel?\nWe will replace it at once.',
  'https://example.org/catalogue?item=48213&utm_source=page',
  'Line one\nline two\n\n\tand an indented "quoted" line \\ with a backslash',
  'Thanks, that solved it!',
] as const;

/** The text of a message, from its hash; some carry a number so that texts differ from each other. */
export function messageText(hash: number): string {
  const text = pick(TEXTS, hash);
  return (hash >>> 12) % 3 === 0 ? `${text} (${mix(hash, 7) % 100_000})` : text;
}
