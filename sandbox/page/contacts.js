// Invented people who may hold a phone, and numbers as people write them.

export const CONTACTS = [
  { name: "Dana Cole", phone: "+12125550117" },
  { name: "Marco Reyes", phone: "+13105550163" },
  { name: "Priya Nair", phone: "+12125550138" },
  { name: "Tom Okafor", phone: "+13125550151" },
  { name: "Lena Fischer", phone: "+14155550126" },
  { name: "Sam Whitaker", phone: "+17185550194" },
];

export const STARTERS = [
  "Hi, are you taking new patients?",
  "What does a first visit cost?",
  "Could I come Thursday after 4?",
];

/** "+12125550117" as "(212) 555-0117"; other countries and senders stay as they are. */
export function written(phone) {
  const us = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phone);
  return us ? `(${us[1]}) ${us[2]}-${us[3]}` : phone;
}

/** What a person typed as E.164 where it can be one; ten digits are taken as a US number. */
export function typed(value) {
  const digits = value.replace(/[^\d+]/g, "");
  if (/^\d{10}$/.test(digits)) return `+1${digits}`;
  if (/^1\d{10}$/.test(digits)) return `+${digits}`;
  return digits.startsWith("+") ? digits : value.trim();
}
