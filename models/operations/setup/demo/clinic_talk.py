"""Made-up complaints, what patient (p) and doctor (d) write about them, and the doctor's note."""

from __future__ import annotations

TALKS: dict[str, tuple[tuple[str, str], ...]] = {
    "Jantung sering berdebar sejak tiga hari, terutama malam hari.": (
        ("d", "Selamat pagi. Sejak kapan berdebarnya, dan apakah disertai nyeri dada atau sesak?"),
        ("p", "Sejak Jumat, Dok. Tidak nyeri, hanya berdebar sekitar lima menit lalu hilang."),
        ("d", "Apakah sedang banyak minum kopi atau kurang tidur minggu ini?"),
        ("p", "Iya Dok, lembur terus, kopi bisa empat gelas sehari."),
        ("d", ("Kurangi kopi menjadi satu gelas, tidur cukup, catat nadi pagi dan malam. Bila sesak, hubungi "
              "119.")),
        ("p", "Siap Dok, terima kasih."),
    ),
    "Batuk berdahak dan pilek lima hari, demam sudah turun.": (
        ("p", "Dok, batuknya masih berdahak, warnanya putih."),
        ("d", "Baik. Apakah ada sesak napas, atau demam naik lagi?"),
        ("p", "Tidak ada, Dok. Kalau tidak ada, coba ukur suhu lagi sore ini?"),
        ("d", "Ya, ukur sore ini. Minum air hangat cukup, saya resepkan obat pengencer dahak."),
        ("p", "Baik Dok."),
    ),
    "Kontrol darah tinggi, obat tinggal untuk seminggu.": (
        ("d", "Berapa tekanan darah rata-rata seminggu ini?"),
        ("p", "Sekitar 138/86, Dok. Paling tinggi 145/90."),
        ("d", "Cukup baik. Ada keluhan bengkak kaki atau batuk kering?"),
        ("p", "Tidak ada, Dok."),
        ("d", "Kita lanjutkan obat yang sama. Jaga garam, dan jalan kaki 30 menit sehari."),
    ),
    "Anak saya ruam merah di lengan, gatal sejak kemarin.": (
        ("p", "Ini muncul setelah main di taman, Dok."),
        ("d", "Apakah bibir atau kelopak matanya bengkak, atau napasnya berbunyi?"),
        ("p", "Tidak Dok, hanya gatal."),
        ("d", ("Baik, ini tampak seperti dermatitis kontak. Mandikan air biasa, oleskan salep tipis dua kali "
              "sehari.")),
    ),
    "Sakit kepala sebelah kanan berulang, kadang mual.": (
        ("d", "Berapa kali sebulan kambuhnya, dan berapa lama tiap kali?"),
        ("p", "Tiga sampai empat kali, bisa setengah hari."),
        ("d", "Apakah silau atau suara keras memperberat?"),
        ("p", "Iya, saya harus di kamar gelap."),
        ("d", "Cocok dengan migren. Saya beri obat saat serangan, dan mohon buat catatan pencetusnya."),
    ),
    "Nyeri ulu hati setelah makan pedas, sudah seminggu.": (
        ("d", "Apakah buang air besar berwarna hitam, atau muntah darah?"),
        ("p", "Tidak, Dok. Hanya perih dan kembung."),
        ("d", "Baik. Hindari pedas, kopi, dan makan larut malam. Saya beri obat lambung untuk dua minggu."),
        ("p", "Terima kasih, Dok."),
    ),
}
#: Complaint → subjective, objective, assessment, plan, ICD-10 code, the medicine's name as the store has it.
NOTES: dict[str, tuple[str, str, str, str, str, str]] = dict(zip(TALKS, (
    ("Berdebar hilang timbul 3 hari, tanpa nyeri dada.", "Nadi mandiri 84 x/menit, teratur.",
     "Palpitasi, diduga terkait kafein dan kurang tidur.", "Kurangi kafein, catat nadi, kontrol 1 minggu.",
     "R00.2", "Propranolol tablet 10 mg"),
    ("Batuk berdahak 5 hari, demam turun.", "Tidak sesak, suhu 37,1 °C.", "Infeksi saluran napas atas akut.",
     "Simptomatik, minum cukup, kembali bila sesak.", "J06.9", "Parasetamol tablet 500 mg"),
    ("Kontrol rutin hipertensi, tanpa keluhan.", "TD rumah rata-rata 138/86.",
     "Hipertensi esensial, terkendali.", "Lanjutkan amlodipin, diet rendah garam.", "I10",
     "Amlodipin tablet 5 mg"),
    ("Ruam gatal setelah bermain di taman.", "Foto: makula eritem lengan kiri.", "Dermatitis kontak.",
     "Kortikosteroid topikal ringan, hindari pencetus.", "L25.9", "Hidrokortison krim 2,5%"),
    ("Sakit kepala sebelah berulang dengan fotofobia.", "Tanpa tanda bahaya.", "Migren tanpa aura.",
     "Obat serangan, buku harian pencetus.", "G43.0", "Ibuprofen tablet 400 mg"),
    ("Nyeri ulu hati setelah makan pedas.", "Tanpa melena atau hematemesis.", "Dispepsia fungsional.",
     "Penghambat pompa proton 14 hari, ubah pola makan.", "K30", "Omeprazol kapsul 20 mg"),
), strict=True))
#: What doctors prescribe, so what the stores keep: quantity, how to take it, dose, how often, for how many
#: days.
PRESCRIBED: dict[str, tuple[int, str, str, str, int]] = {
    "Propranolol tablet 10 mg": (20, "2 kali sehari 1 tablet", "1 tablet", "2 x sehari", 10),
    "Parasetamol tablet 500 mg": (10, "3 kali sehari 1 tablet, bila demam", "1 tablet", "3 x sehari", 3),
    "Amlodipin tablet 5 mg": (14, "1 kali sehari 1 tablet, pagi", "1 tablet", "1 x sehari", 14),
    "Hidrokortison krim 2,5%": (1, "Oles tipis 2 kali sehari di tempat yang gatal", "oles tipis",
                                "2 x sehari", 7),
    "Ibuprofen tablet 400 mg": (10, "1 tablet saat serangan, sesudah makan, paling banyak 3 sehari",
                                "1 tablet", "bila perlu", 5),
    "Omeprazol kapsul 20 mg": (14, "1 kali sehari 1 kapsul, 30 menit sebelum sarapan", "1 kapsul",
                               "1 x sehari", 14),
}
