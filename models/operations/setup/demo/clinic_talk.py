"""Made-up complaints for each kind of doctor, what patient (p) and doctor (d) write about them, the doctor's
note and what is prescribed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from models.clinic import Sex
from models.operations.clinic.signa import Dose
from models.prescriptions import Meal


@dataclass(frozen=True)
class Case:
    """A complaint that fits a specialisation (its title), a sex (None: either) and ages from `youngest` to
    `oldest`; `note` is subjective, objective, assessment, plan."""

    title: str
    complaint: str
    icd: str
    note: tuple[str, str, str, str]
    talk: tuple[tuple[str, str], ...]
    medicine: str = ""
    sex: Sex | None = None
    youngest: int = 18
    oldest: int = 90

    def fits(self, sex: Sex, age: int) -> bool:
        return self.sex in (None, sex) and self.youngest <= age <= self.oldest


CASES: tuple[Case, ...] = (
    Case("dr.", "Batuk berdahak dan pilek lima hari, demam sudah turun.", "J06.9",
         ("Batuk berdahak 5 hari, demam turun.", "Tidak sesak, suhu 37,1 °C.", "Infeksi saluran napas akut.",
          "Simptomatik, minum cukup, kembali bila sesak."),
         (("p", "Dok, batuknya masih berdahak, warnanya putih."),
          ("d", "Apakah ada sesak napas, atau demam naik lagi?"), ("p", "Tidak ada, Dok."),
          ("d", "Baik. Minum air hangat cukup, saya resepkan obat bila demam kembali.")),
         "Parasetamol tablet 500 mg"),
    Case("dr.", "Nyeri ulu hati setelah makan pedas, sudah seminggu.", "K30",
         ("Nyeri ulu hati setelah makan pedas.", "Tanpa melena atau hematemesis.", "Dispepsia fungsional.",
          "Penghambat pompa proton 14 hari, ubah pola makan."),
         (("d", "Apakah buang air besar berwarna hitam, atau muntah darah?"),
          ("p", "Tidak, Dok. Hanya perih dan kembung."),
          ("d", "Baik. Hindari pedas, kopi, dan makan larut malam. Saya beri obat lambung dua minggu.")),
         "Omeprazol kapsul 20 mg"),
    Case("dr.", "Diare cair sejak kemarin, lima kali, tidak ada darah.", "A09.9",
         ("Diare cair 5 kali tanpa darah.", "Masih bisa minum, berkemih normal.",
          "Gastroenteritis akut tanpa dehidrasi.",
          "Oralit tiap diare, makan seperti biasa, kembali bila lemas atau berdarah."),
         (("d", "Apakah masih bisa minum? Berapa kali buang air kecil hari ini?"),
          ("p", "Bisa, Dok. Sudah tiga kali."),
          ("d", "Bagus. Minum oralit setiap habis diare, makan sedikit-sedikit.")), "Garam Oralit sachet"),
    Case("dr.", "Pegal dan nyeri pinggang setelah mengangkat galon.", "M54.5",
         ("Nyeri pinggang setelah mengangkat beban.", "Tidak kesemutan, kekuatan tungkai baik.",
          "Nyeri punggung bawah mekanik.", "Obat nyeri, kompres hangat, tetap bergerak."),
         (("d", "Apakah nyerinya menjalar ke kaki, atau ada kesemutan?"),
          ("p", "Tidak, Dok, hanya di pinggang."),
          ("d", "Tetap bergerak ringan, jangan berbaring seharian. Kompres hangat.")),
         "Ibuprofen tablet 400 mg", oldest=65),
    Case("dr.", "Bersin-bersin dan hidung gatal tiap pagi.", "J30.4",
         ("Bersin tiap pagi, ingus encer.", "Tanpa demam.", "Rinitis alergi.",
          "Antihistamin bila perlu, hindari debu."),
         (("d", "Apakah lebih parah di kamar atau saat membersihkan rumah?"),
          ("p", "Iya, saat menyapu, Dok."),
          ("d", "Itu alergi debu. Pakai masker saat bersih-bersih; obatnya diminum malam.")),
         "Setirizin tablet 10 mg"),
    Case("Sp.JP", "Jantung sering berdebar sejak tiga hari, terutama malam hari.", "R00.2",
         ("Berdebar hilang timbul 3 hari, tanpa nyeri dada.", "Nadi mandiri 84 x/menit, teratur.",
          "Palpitasi, diduga terkait kafein dan kurang tidur.",
          "Kurangi kafein, catat nadi, kontrol 1 minggu."),
         (("d", "Selamat pagi. Sejak kapan berdebarnya, dan apakah disertai nyeri dada atau sesak?"),
          ("p", "Sejak Jumat, Dok. Tidak nyeri, hanya berdebar sekitar lima menit lalu hilang."),
          ("d", "Apakah sedang banyak minum kopi atau kurang tidur minggu ini?"),
          ("p", "Iya Dok, lembur terus, kopi bisa empat gelas sehari."),
          ("d", "Kurangi kopi menjadi satu gelas, catat nadi pagi dan malam. Bila sesak, hubungi 119.")),
         "Propranolol tablet 10 mg", oldest=70),
    Case("Sp.JP", "Kontrol setelah pasang ring, kadang kaki bengkak sore hari.", "I25.1",
         ("Kontrol pascapemasangan stent, bengkak kaki ringan.", "TD rumah 128/78, berat badan tetap.",
          "Penyakit jantung koroner stabil.", "Lanjutkan obat, timbang tiap pagi."),
         (("d", "Berapa berat badan seminggu ini, dan apakah sesak saat berbaring?"),
          ("p", "Tetap 68 kg, Dok. Tidak sesak."),
          ("d", "Baik. Timbang tiap pagi; bila naik dua kilo dalam tiga hari, hubungi kami.")),
         "Bisoprolol tablet 2,5 mg", youngest=45),
    Case("Sp.PD", "Kontrol darah tinggi, obat tinggal untuk seminggu.", "I10",
         ("Kontrol rutin hipertensi, tanpa keluhan.", "TD rumah rata-rata 138/86.",
          "Hipertensi esensial, terkendali.", "Lanjutkan amlodipin, diet rendah garam."),
         (("d", "Berapa tekanan darah rata-rata seminggu ini?"),
          ("p", "Sekitar 138/86, Dok. Paling tinggi 145/90."),
          ("d", "Cukup baik. Ada keluhan bengkak kaki atau batuk kering?"), ("p", "Tidak ada, Dok."),
          ("d", "Kita lanjutkan obat yang sama. Jaga garam, dan jalan kaki 30 menit sehari.")),
         "Amlodipin tablet 5 mg", youngest=35),
    Case("Sp.PD", "Gula darah puasa 160, obat sudah habis.", "E11.9",
         ("GDP mandiri 160, sering haus.", "Tanpa luka, berat badan tetap.", "Diabetes melitus tipe 2.",
          "Lanjutkan metformin, periksa HbA1c."),
         (("d", "Apakah ada luka di kaki atau kesemutan?"), ("p", "Kesemutan sedikit di ujung jari, Dok."),
          ("d", "Periksa kaki tiap malam. Obat dilanjutkan, dan mohon periksa HbA1c minggu ini.")),
         "Metformin tablet 500 mg", youngest=35),
    Case("Sp.A", "Anak demam dua hari, masih mau minum.", "R50.9",
         ("Demam 2 hari, masih aktif dan mau minum.", "Suhu 38,4 °C, tanpa bintik merah.",
          "Demam, diduga infeksi virus.", "Parasetamol bila demam, kembali bila lemas atau hari ketiga."),
         (("d", "Berapa suhunya, dan berapa kali buang air kecil hari ini, Bu?"),
          ("p", "38,4, Dok. Sudah empat kali."),
          ("d", "Bagus. Beri obat bila di atas 38. Bila lemas, muntah, atau hari ketiga, bawa ke IGD.")),
         "Parasetamol sirup 120 mg/5 ml", youngest=1, oldest=12),
    Case("Sp.A", "Anak batuk pilek, tidur kurang nyenyak.", "J00",
         ("Batuk pilek 3 hari.", "Tidak sesak, makan baik.", "Selesma.", "Minum hangat, bersihkan hidung."),
         (("d", "Apakah napasnya cepat atau ada tarikan di dada?"), ("p", "Tidak, Dok, hanya hidung mampet."),
          ("d", "Teteskan air garam sebelum tidur, dan beri minum hangat.")),
         "Ambroksol sirup 15 mg/5 ml", youngest=2, oldest=15),
    Case("Sp.DVE", "Ruam merah di lengan, gatal sejak kemarin.", "L25.9",
         ("Ruam gatal setelah berkebun.", "Foto: makula eritem lengan kiri.", "Dermatitis kontak.",
          "Kortikosteroid topikal ringan, hindari pencetus."),
         (("p", "Ini muncul setelah berkebun, Dok."),
          ("d", "Apakah bibir atau kelopak mata bengkak, atau napas berbunyi?"),
          ("p", "Tidak Dok, hanya gatal."),
          ("d", "Baik, ini tampak seperti dermatitis kontak. Oleskan salep tipis dua kali sehari.")),
         "Hidrokortison krim 2,5%"),
    Case("Sp.DVE", "Bercak putih bersisik di punggung, gatal saat berkeringat.", "B36.0",
         ("Bercak putih bersisik, gatal.", "Foto: makula hipopigmentasi berskuama.", "Panu.",
          "Antijamur topikal, ganti baju saat berkeringat."),
         (("d", "Apakah di rumah ada yang serupa?"), ("p", "Tidak ada, Dok."),
          ("d", "Ini panu. Oleskan dua kali sehari dua minggu, juga setelah bercaknya pudar.")),
         "Mikonazol krim 2%"),
    Case("Sp.N", "Sakit kepala sebelah kanan berulang, kadang mual.", "G43.0",
         ("Sakit kepala sebelah berulang dengan fotofobia.", "Tanpa tanda bahaya.", "Migren tanpa aura.",
          "Obat serangan, buku harian pencetus."),
         (("d", "Berapa kali sebulan kambuhnya, dan berapa lama tiap kali?"),
          ("p", "Tiga sampai empat kali, bisa setengah hari."),
          ("d", "Apakah silau atau suara keras memperberat?"), ("p", "Iya, saya harus di kamar gelap."),
          ("d", "Cocok dengan migren. Saya beri obat saat serangan, dan mohon catat pencetusnya.")),
         "Ibuprofen tablet 400 mg", oldest=60),
    Case("Sp.N", "Pusing berputar saat bangun tidur.", "H81.1",
         ("Pusing berputar kurang dari semenit saat mengubah posisi.", "Bicara dan gerak baik.",
          "Vertigo posisi paroksismal jinak.", "Latihan Brandt-Daroff, obat bila perlu."),
         (("d", "Berapa lama pusingnya, dan apakah bicara atau lengan terganggu?"),
          ("p", "Sebentar, Dok, tidak sampai semenit. Bicara biasa."),
          ("d", "Saya kirim latihannya. Bangun tidur pelan-pelan.")), "Betahistin tablet 6 mg", youngest=30),
    Case("Sp.OG", "Hamil 14 minggu, mual dan lemas.", "O21.0",
         ("Hamil 14 minggu, mual ringan.", "Masih bisa makan, berat badan tetap.", "Mual kehamilan ringan.",
          "Makan sedikit tapi sering, asam folat dilanjutkan."),
         (("d", "Apakah masih bisa minum, dan adakah flek?"), ("p", "Bisa, Dok. Tidak ada flek."),
          ("d", "Makan sedikit tapi sering. Kontrol USG sesuai jadwal, ya Bu.")),
         "Asam Folat tablet 1 mg", Sex.FEMALE, 20, 42),
    Case("Sp.OG", "Nyeri haid dua hari pertama.", "N94.6",
         ("Nyeri haid 2 hari pertama.", "Tanpa demam, siklus teratur.", "Dismenore primer.",
          "Obat nyeri saat perlu, kompres hangat."),
         (("d", "Apakah nyerinya berkurang dengan kompres hangat?"), ("p", "Sedikit, Dok."),
          ("d", "Boleh ditambah obat, sesudah makan. Bila makin berat tiap bulan, kita periksa USG.")),
         "Ibuprofen tablet 400 mg", Sex.FEMALE, 18, 45),
    Case("Sp.P", "Sesak malam hari, obat semprot hampir habis.", "J45.9",
         ("Asma kambuh 2 kali seminggu, terutama malam.", "Bicara kalimat penuh.", "Asma persisten ringan.",
          "Obat semprot bila perlu, kontrol dua minggu."),
         (("d", "Berapa kali seminggu terbangun karena sesak?"), ("p", "Dua kali, Dok."),
          ("d", "Pakai obat semprot bila sesak. Bila sampai sulit bicara, segera ke IGD.")),
         "Salbutamol MDI 100 mcg/dosis"),
    Case("Sp.M", "Mata merah dan belekan sejak dua hari.", "H10.0",
         ("Mata merah dengan belek kuning 2 hari.", "Penglihatan baik, tidak silau.",
          "Konjungtivitis bakterial.", "Tetes mata antibiotik, cuci tangan, jangan dikucek."),
         (("d", "Apakah penglihatan kabur, atau sangat silau?"),
          ("p", "Tidak, Dok, hanya lengket pagi hari."),
          ("d", "Bersihkan dengan air matang, teteskan obatnya, jangan pakai handuk bersama.")),
         "Kloramfenikol tetes mata 0,5%", youngest=5),
    Case("Sp.B", "Luka jahitan seminggu, mau lepas benang.", "Z48.0",
         ("Luka operasi kecil hari ke-7, kering.", "Foto: luka kering, tanpa kemerahan.",
          "Luka pascaoperasi baik.", "Datang untuk lepas jahitan."),
         (("d", "Boleh kirim foto lukanya? Apakah bengkak atau bernanah?"),
          ("p", "Sudah saya kirim, Dok. Kering."),
          ("d", "Bagus. Datang besok ke poli untuk lepas jahitan.")), ""),
    Case("Sp.KJ", "Sulit tidur sebulan ini, sering cemas soal pekerjaan.", "F41.1",
         ("Cemas dan sulit tidur sebulan.", "Kontak baik, tanpa pikiran melukai diri.",
          "Gangguan cemas menyeluruh.",
          "Higiene tidur, latihan napas, sertralin dosis awal."),
         (("d", "Terima kasih sudah bercerita. Jam berapa biasanya tertidur?"), ("p", "Jam dua, Dok."),
          ("d", "Apakah pernah terpikir menyakiti diri?"), ("p", "Tidak, Dok."),
          ("d", "Baik. Kita mulai dengan jam tidur tetap, latihan napas, dan obat dosis kecil tiap pagi.")),
         "Sertralin tablet 50 mg", oldest=60),
)
BY_COMPLAINT: dict[str, Case] = {case.complaint: case for case in CASES}


@dataclass(frozen=True)
class Given:
    """How a medicine is prescribed: dose, days, and the quantity where it does not follow from them."""

    dose: Dose
    days: int | None = None
    quantity: int | None = None
    more: str = ""


def _tablet(times: int, days: int, meal: Meal | None = Meal.AFTER, unit: str = "tablet") -> Given:
    return Given(Dose(Decimal(1), unit, times, meal=meal), days)


#: What doctors prescribe, so what the stores keep.
PRESCRIBED: dict[str, Given] = {
    "Propranolol tablet 10 mg": _tablet(2, 10),
    "Parasetamol tablet 500 mg": Given(Dose(Decimal(1), "tablet", is_if_needed=True, most_a_day=3), 4,
                                       more="bila demam"),
    "Amlodipin tablet 5 mg": _tablet(1, 14, Meal.MORNING),
    "Hidrokortison krim 2,5%": Given(Dose(Decimal(1), "oles tipis", 2), 7, 1),
    "Ibuprofen tablet 400 mg": Given(Dose(Decimal(1), "tablet", meal=Meal.AFTER, is_if_needed=True,
                                          most_a_day=3), 3),
    "Omeprazol kapsul 20 mg": _tablet(1, 14, Meal.BEFORE, "kapsul"),
    "Garam Oralit sachet": Given(Dose(Decimal(1), "sachet", is_if_needed=True, most_a_day=6), 2,
                                 more="setiap habis diare, larutkan dalam 200 ml air"),
    "Setirizin tablet 10 mg": _tablet(1, 7, Meal.BEDTIME),
    "Bisoprolol tablet 2,5 mg": _tablet(1, 14, Meal.MORNING),
    "Metformin tablet 500 mg": _tablet(2, 14, Meal.WITH),
    "Parasetamol sirup 120 mg/5 ml": Given(Dose(Decimal(5), "ml", is_if_needed=True, most_a_day=4), 3, 1,
                                           "bila demam"),
    "Ambroksol sirup 15 mg/5 ml": Given(Dose(Decimal("2.5"), "ml", 3, meal=Meal.AFTER), 5, 1),
    "Mikonazol krim 2%": Given(Dose(Decimal(1), "oles tipis", 2), 14, 1),
    "Betahistin tablet 6 mg": _tablet(3, 5),
    "Asam Folat tablet 1 mg": _tablet(1, 14, Meal.MORNING),
    "Salbutamol MDI 100 mcg/dosis": Given(Dose(Decimal(2), "semprot", is_if_needed=True, most_a_day=4), 30,
                                          1),
    "Kloramfenikol tetes mata 0,5%": Given(Dose(Decimal(1), "tetes", every_hours=6), 5, 1, "kedua mata"),
    "Sertralin tablet 50 mg": Given(Dose(Decimal("0.5"), "tablet", 1, meal=Meal.MORNING), 14),
}
